import { Controller, Get } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { describeNestAdapter } from "./nest.ts";

describeNestAdapter(12, { Controller, Get, NestFactory, ExpressAdapter, FastifyAdapter });
