export { Controller, Get, Injectable, Module, Scope, UseGuards } from "@nestjs/common";
export { APP_GUARD, DiscoveryModule, DiscoveryService, HttpAdapterHost, NestFactory } from "@nestjs/core";
export { ExpressAdapter } from "@nestjs/platform-express";
export { FastifyAdapter } from "@nestjs/platform-fastify";
export { HealthCheckError, HealthIndicatorService } from "@nestjs/terminus";
