/** `svc-status completion` */
export const COMPLETION = {
  summary: "Print a script that completes commands and options in a shell",
  description: [
    "Save the output in the completion folder of your shell, or load it each time the shell starts.",
  ],
  operands: [{ placeholder: "SHELL", help: "bash, zsh or fish", choices: ["bash", "zsh", "fish"] }],
  options: {},
  exits: { "0": "printed", "3": "invalid arguments" },
  examples: [
    ["completion bash > ~/.local/share/bash-completion/completions/svc-status", "For bash"],
    ["completion zsh > $fpath[1]/_svc-status", "For zsh, before compinit is called"],
    ["completion fish > ~/.config/fish/completions/svc-status.fish", "For fish"],
  ],
} as const;
