import fc from "fast-check";
import { expect, test } from "vitest";
import { html, type Markup, toText, verbatim } from "../../../src/http/page/markup.ts";

test("what is put in is text, wherever it stands", () => {
  const text = `<script>alert("1")</script> & 'more'`;
  expect(toText(html`<a title="${text}">${text}</a>`)).toBe(
    '<a title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;</a>',
  );
});

test("what a template has made stays as it is, alone and in lists; what is missing is nothing", () => {
  const items: readonly Markup[] = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
  expect(toText(html`<ul>${items}</ul>${undefined}${false}${0}${verbatim("<hr>")}`)).toBe(
    "<ul><li>a</li><li>&lt;b&gt;</li></ul>0<hr>",
  );
});

test("the line breaks of a template are left out, those of what is put in are not", () => {
  expect(
    toText(html`
      <p>
        ${"a\n  b"} c
      </p>
    `),
  ).toBe("<p>a\n  b c</p>");
});

test("no text ends its element or its attribute", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(toText(html`${text}`)).not.toMatch(/[<>"']/);
    }),
  );
});
