// Packages under an alias have the types of the ones that they stand for.
declare module "express4" {
  import express from "express";
  export default express;
}

declare module "koa2" {
  import Koa from "koa";
  export default Koa;
}
