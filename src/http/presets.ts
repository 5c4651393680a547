import { isLoopbackRequest } from "./access.ts";
import type { Preset, ServiceStatusOptions, SvcStatusOptions } from "./options.ts";

type Apply = (options: ServiceStatusOptions) => ServiceStatusOptions;

const PRESETS: Readonly<Record<Preset, Apply>> = {
  kubernetes: (options) => {
    const { svcStatus = {}, healthProbes = true } = options;
    return { ...options, healthProbes, svcStatus: svcStatus && toSvcStatusOfPod(svcStatus) };
  },
};

/** `kubectl port-forward` and `kubectl exec` connect from a loopback address. */
function toSvcStatusOfPod(options: SvcStatusOptions): SvcStatusOptions {
  const { authorize, details = authorize === undefined ? isLoopbackRequest : "always" } = options;
  const { prometheus = {} } = options;
  const { extended = true } = prometheus;
  return { ...options, details, prometheus: { ...prometheus, extended } };
}

/** Explicit options win. */
export function applyPreset(options: ServiceStatusOptions): ServiceStatusOptions {
  const { preset } = options;
  return preset === undefined ? options : PRESETS[preset](options);
}
