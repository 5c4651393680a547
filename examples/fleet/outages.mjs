/** What you can break: each with what you will see, how it breaks, and how it is fixed. */
export function createOutages(services) {
  const [order] = services.of("orders");
  const [web] = services.of("web");
  const [billing] = services.of("billing");
  return {
    database: {
      title: "The database of accounts",
      effect:
        "Four services are RED. accounts is named first, with Database; the others are folded under it.",
      break: () =>
        services.breakOwn("accounts", () => {
          throw new Error("connect ECONNREFUSED 127.0.0.1:5432");
        }),
      fix: () => services.fixOwn("accounts"),
    },
    disk: {
      title: "The disk of stock, which hangs",
      effect: "stock is RED because Disk timed out. orders and web are RED because of it.",
      break: () => services.breakOwn("stock", () => new Promise(() => {})),
      fix: () => services.fixOwn("stock"),
    },
    instance: {
      title: "One instance of orders, which is killed",
      effect: "orders is YELLOW: one of three instances is not scraped. The others serve, so nothing is RED.",
      break: () => order.kill(),
      fix: () => order.start("1.0.0"),
    },
    probe: {
      title: "One instance of web, which is decommissioned",
      effect: "One of three instances of web is decommissioned. Nothing is RED.",
      break: () => web.probe.decommission("OFF", { reason: "broken on purpose" }),
      fix: () => web.probe.commission(),
    },
    rollout: {
      title: "A rollout of billing, which stops after the first instance",
      effect: "billing has two versions: one instance runs 1.1.0, and two run 1.0.0.",
      break: () => billing.kill().then(() => billing.start("1.1.0")),
      fix: () => billing.kill().then(() => billing.start("1.0.0")),
    },
  };
}
