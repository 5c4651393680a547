import { expect, test } from "vitest";

const path = "../../scripts/to-arrows.mjs";
const { toArrows } = (await import(path)) as { readonly toArrows: (text: string) => string };

test.each([
  ["a value", "function a(b){return b+1}", "var a=(b)=>(b+1);"],
  ["an object", "function a(){return{b}}", "var a=()=>({b});"],
  ["statements", "async function a({b},c=b){await b;c()}", "var a=async({b},c=b)=>{await b;c()};"],
  ["nothing", "function a(){return}", "var a=()=>{return};"],
])("a function of %s becomes an arrow function", (_, text, expected) => {
  expect(toArrows(text)).toBe(expected);
});

test("the functions of a scope share one statement, after its directives", () => {
  const text =
    '"use strict";function a(){return b()}function b(){function c(){return 1}function d(){c()}d()}a();';
  const inner = "var c=()=>(1),d=()=>{c()};d()";
  expect(toArrows(text)).toBe(`"use strict";var a=()=>(b()),b=()=>{${inner}};a();`);
});

test.each([
  ["a generator", "function*b(){yield 1}"],
  ["a function with its own `this`", "function b(){return this.c}"],
  ["a function with its own arguments", "function b(){return arguments.length}"],
  ["a function that knows whether it creates", "function b(){return new.target}"],
])("%s stays, between functions that do not", (_, text) => {
  const others = ["function a(){return 1}", "function c(){return 2}"] as const;
  expect(toArrows(others.join(text))).toBe(`var a=()=>(1);${text}var c=()=>(2);`);
});

test("a function that creates objects stays", () => {
  expect(toArrows("function A(){}new A;")).toBe("function A(){}new A;");
});

test("a function after the start of its scope stays, because it is called before", () => {
  expect(toArrows("a();function a(){}")).toBe("a();function a(){}");
});

test("code that only contains such functions in an expression runs as before", () => {
  const text = "exports.sum=[1,2].map((each)=>{function twice(a){return 2*a}return twice(each)});";
  const exports: { sum?: readonly number[] } = {};
  new Function("exports", toArrows(text))(exports);
  expect(exports.sum).toEqual([2, 4]);
});
