/** `svc-status completion` */
export const COMPLETION = {
  summary: "Print what a shell needs to complete commands and options",
  description: [
    "What it prints goes to where the shell reads its completions from, or is read at each start of the shell.",
  ],
  operands: [{ placeholder: "SHELL", help: "bash, zsh or fish", choices: ["bash", "zsh", "fish"] }],
  options: {},
  exits: { "0": "printed", "3": "wrong arguments" },
  examples: [
    ["completion bash > ~/.local/share/bash-completion/completions/svc-status", "For bash"],
    ["completion zsh > $fpath[1]/_svc-status", "For zsh, before compinit is called"],
    ["completion fish > ~/.config/fish/completions/svc-status.fish", "For fish"],
  ],
} as const;
