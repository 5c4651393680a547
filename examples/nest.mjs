// The status of a NestJS service. npm run build && node examples/nest.mjs
// This file calls decorators as functions, so that it runs without a build; in TypeScript, write @Module and
// so on.
import "reflect-metadata";
import { Controller, Get, Injectable, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { OK } from "svc-status";
import { StatusCheck, StatusModule } from "svc-status/nest";

class Database {
  checkConnection() {
    return { state: OK };
  }
}
decorate(Database, "checkConnection", StatusCheck("DatabaseConnection"));
Injectable()(Database);

class AppController {
  greet() {
    return "hello\n";
  }
}
decorate(AppController, "greet", Get());
Controller()(AppController);

class AppModule {}
Module({ imports: [StatusModule.forRoot()], controllers: [AppController], providers: [Database] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(Number(process.env.PORT ?? 8080), "127.0.0.1");
console.log(await app.getUrl());

function decorate(type, method, decorator) {
  decorator(type.prototype, method, Object.getOwnPropertyDescriptor(type.prototype, method));
}
