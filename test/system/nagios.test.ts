import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startService } from "../cli/service.ts";
import { BIN } from "../support/cli.ts";
import { findFreePort } from "../support/free-port.ts";
import { startProgram } from "../support/program.ts";
import { describeWithProgram, findProgram } from "../support/system.ts";

/** The states of Nagios in status.dat. */
const STATES = ["OK", "WARNING", "CRITICAL", "UNKNOWN"] as const;

interface Shown {
  readonly state: (typeof STATES)[number] | undefined;
  readonly output: string;
  readonly data: string;
}

/** The services of Nagios that it has checked, by name. */
function readStatus(file: string): Readonly<Record<string, Shown>> {
  const blocks = readFileSync(file, "utf8").match(/^servicestatus \{[^}]*\}/gm) ?? [];
  const services = blocks.map((block) => {
    const find = (name: string) => new RegExp(`^\\s${name}=(.*)$`, "m").exec(block)?.[1] ?? "";
    const shown: Shown = {
      state: STATES[Number(find("current_state"))],
      output: find("plugin_output"),
      data: find("performance_data"),
    };
    return [find("service_description"), shown, find("has_been_checked")] as const;
  });
  return Object.fromEntries(
    services.filter(([, , checked]) => checked === "1").map(([name, shown]) => [name, shown]),
  );
}

/** A Nagios in the foreground that checks each address with `show --format nagios`, each second. */
function startNagios(addresses: Readonly<Record<string, string>>): {
  status: () => Readonly<Record<string, Shown>>;
} {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-nagios-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "checks"));
  const usual =
    "contacts nobody\n notification_period always\n check_period always\n notification_interval 0\n max_check_attempts 1\n check_interval 1\n retry_interval 1";
  const services = Object.entries(addresses).map(
    ([name, address]) =>
      `define service {\n host_name here\n service_description ${name}\n check_command svc!${address}\n ${usual}\n}`,
  );
  writeFileSync(
    join(folder, "objects.cfg"),
    [
      "define timeperiod {\n timeperiod_name always\n alias always\n sunday 00:00-24:00\n monday 00:00-24:00\n tuesday 00:00-24:00\n wednesday 00:00-24:00\n thursday 00:00-24:00\n friday 00:00-24:00\n saturday 00:00-24:00\n}",
      `define command {\n command_name svc\n command_line ${process.execPath} ${BIN} show $ARG1$ --format nagios --timeout 5s\n}`,
      "define contact {\n contact_name nobody\n host_notification_commands svc\n service_notification_commands svc\n host_notification_period always\n service_notification_period always\n}",
      `define host {\n host_name here\n address 127.0.0.1\n ${usual}\n}`,
      ...services,
    ].join("\n"),
  );
  writeFileSync(
    join(folder, "nagios.cfg"),
    [
      `cfg_file=${folder}/objects.cfg`,
      `log_file=${folder}/nagios.log`,
      `object_cache_file=${folder}/objects.cache`,
      `status_file=${folder}/status.dat`,
      `state_retention_file=${folder}/retention.dat`,
      `lock_file=${folder}/nagios.pid`,
      `temp_file=${folder}/nagios.tmp`,
      `temp_path=${folder}`,
      `check_result_path=${folder}/checks`,
      `query_socket=${folder}/nagios.qh`,
      // Otherwise, it becomes another user if root starts it.
      `nagios_user=${userInfo().username}`,
      `nagios_group=${userInfo().gid}`,
      "status_update_interval=1",
      "interval_length=1",
      "check_external_commands=0",
      "enable_notifications=0",
      "check_for_updates=0",
      "use_syslog=0",
      "service_inter_check_delay_method=n",
      "host_inter_check_delay_method=n",
    ].join("\n"),
  );
  startProgram(findProgram("nagios4") ?? "nagios4", [join(folder, "nagios.cfg")]);
  return { status: () => readStatus(join(folder, "status.dat")) };
}

describeWithProgram(["nagios4"], "nagios4 that calls show", () => {
  test("shows each state, what is wrong, the performance data, and who is out of service", async () => {
    const up = await startService();
    up.registry.addStatusHandler("Database", () => ({ state: "OK", labels: { rows: 120 } }));
    const yellow = await startService();
    yellow.registry.addStatusHandler("Import", () => ({
      state: "YELLOW",
      detail: "slow | or <stuck>; $HOST$",
    }));
    const red = await startService();
    red.registry.addStatusHandler("Database", () => ({ state: "RED", detail: "lost" }));
    const out = await startService();
    out.registry.addStatusHandler("Database", () => ({ state: "OK" }));
    out.probe.decommission("OFF", { reason: "upgrade" });
    const nagios = startNagios({
      up: up.address,
      yellow: yellow.address,
      red: red.address,
      out: out.address,
      "out-is-ok": `${out.address} --decommissioned OK`,
      nobody: `127.0.0.1:${await findFreePort()}`,
    });
    const found = (): readonly string[] => {
      try {
        return Object.keys(nagios.status());
      } catch {
        return [];
      }
    };
    await expect.poll(found, { timeout: 30_000, interval: 200 }).toHaveLength(6);
    const status = nagios.status();
    expect(Object.fromEntries(Object.entries(status).map(([name, { state }]) => [name, state]))).toEqual({
      up: "OK",
      yellow: "WARNING",
      red: "CRITICAL",
      out: "WARNING",
      "out-is-ok": "OK",
      nobody: "UNKNOWN",
    });
    expect(status["up"]).toMatchObject({
      output: "SVC OK - 1 of 1 handlers OK",
      data: "'Database'=0;0;1;0;2 'Database_rows'=120",
    });
    expect(status["red"]?.output).toBe("SVC CRITICAL - 1 of 1 failing, Database RED: lost");
    expect(status["yellow"]?.output).toContain("Import YELLOW: slow / or ");
    expect(status["out"]?.output).toMatch(
      /^SVC WARNING - Decommissioned for \d+ s: upgrade, 1 of 1 handlers OK$/,
    );
    expect(status["nobody"]?.output).toMatch(/^SVC UNKNOWN - no answer from .* connection refused/);
    red.registry.addStatusHandler("Database", () => ({ state: "OK" }));
    await expect.poll(() => nagios.status()["red"]?.state, { timeout: 30_000, interval: 200 }).toBe("OK");
  });
});
