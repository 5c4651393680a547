export { Controller, Get, Injectable, Module, Scope } from "@nestjs/common";
export { DiscoveryModule, DiscoveryService, HttpAdapterHost, NestFactory } from "@nestjs/core";
export { ExpressAdapter } from "@nestjs/platform-express";
export { FastifyAdapter } from "@nestjs/platform-fastify";
