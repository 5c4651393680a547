const WORD = /(?:'[^']*'|"[^"]*"|[^\s'"])+/g;
// What a shell would not hand on as it stands.
const SPECIAL_UNQUOTED = /[?*[\]&|;<>$`\\(){}#!~]/;
const SPECIAL_IN_DOUBLE_QUOTES = /[$`\\!]/;

/** The words of a command line, as a shell would hand them to the program. Throws where a shell would do more. */
export function toWords(commandLine: string): string[] {
  return (commandLine.match(WORD) ?? []).map(unquote);
}

function unquote(word: string): string {
  return word.replace(/'([^']*)'|"([^"]*)"|[^'"]+/g, (piece, single?: string, double?: string) => {
    const special = double === undefined ? SPECIAL_UNQUOTED : SPECIAL_IN_DOUBLE_QUOTES;
    if (single === undefined && special.test(double ?? piece))
      throw new Error(`a shell would change ${word}`);
    return single ?? double ?? piece;
  });
}
