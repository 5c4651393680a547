/** A sentence begins: at the beginning of a line, of a cell, or behind a full stop. */
const START = `(?:^|(?<=[.!?:;|] ))(?:[-*|] )?`;

/**
 * The forms that recur, each with an example, and with words that are better. A pattern is meant to find few places
 * that are right rather than all that are wrong.
 */
export const WORDS = [
  {
    name: "a clause as a noun",
    pattern: String.raw`\b[Ww]hoever\b`,
    bad: "whoever waits for that run gets the new answer",
    good: "name the actor: callers, clients, a listener",
  },
  {
    name: "a clause as a noun",
    pattern: String.raw`${START}Who (?:asks?|was|were|waits?|leaves?|comes?|forgets?|reads?|wants?|needs?|looks?|listens?)\b[^?\n]*[.,]`,
    bad: "Who leaves does not cancel the run.",
    good: "name the actor: a client that disconnects",
  },
  {
    name: "a clause as a noun",
    pattern: String.raw`\bwho asks\b`,
    bad: "it knows who asks it, and how often",
    good: "the client, the load balancer",
  },
  {
    name: "a clause as a noun",
    pattern: String.raw`${START}What (?!you need\b)[^.?!:|\n]*[^?:|\n]\.(?=\s|$)`,
    bad: "What is not for it goes to the function behind it.",
    good: "begin with the noun: Other requests are passed to next.",
  },
  {
    name: '"where" for "if" or "when"',
    pattern: String.raw`${START}Where (?!to\b|is\b|are\b|do\b|does\b|it comes\b)[^?.\n]*,`,
    bad: "Where the primary does not answer, the worker is alone.",
    good: "if, when",
  },
  {
    name: '"where" for "if" or "when"',
    pattern: String.raw`\bwhere (?:nothing|nobody|none|there (?:is|are)|it is|that is|this is|you want|one is|somebody)\b`,
    bad: "the wait where nothing can be proved",
    good: "if, when",
  },
  {
    name: "a thing that tells or believes",
    pattern: String.raw`\b(?:is|are|was|were|be|been) told\b`,
    bad: "the logger is told changes",
    good: "is logged, is reported, gets",
  },
  {
    name: "a thing that tells or believes",
    pattern: String.raw`\b(?:is|are|was|were|be) believed\b`,
    bad: "a result is believed for a minute",
    good: "counts, is valid",
  },
  {
    name: "a thing that tells or believes",
    pattern: String.raw`\b(?:page|detail|registry|header|check|report|section|line|logger|option|answer|code|table) tells\b`,
    bad: "This page tells what it answers.",
    good: "describes, shows, reports, contains",
  },
  {
    name: "an archaic opener",
    pattern: String.raw`\b[Ss]o (?:many|long|often|much)\b(?! as\b)(?![^.\n]{0,60}\bthat\b)`,
    bad: "so many worse results in a row",
    good: "number of …, how long …",
  },
  {
    name: '"stands" for "is"',
    pattern: String.raw`\b[Ss]tands? (?:in|on|at|there|behind|before|beside|as|between|under|with|where|twice|once|first|better|how|nothing|above|below)\b`,
    bad: "the reason stands in the report",
    good: "is in, the report contains",
  },
  {
    name: '"Left out:" for a default',
    pattern: String.raw`\b[Ll]eft out:`,
    bad: "Left out: all of them",
    good: "Default: …",
  },
  {
    name: "an archaic word",
    pattern: String.raw`\banew\b`,
    bad: "the count starts anew",
    good: "again, from the beginning",
  },
  {
    name: "an archaic word",
    pattern: String.raw`\bany more(?=[.,;:)]|$)`,
    bad: "nobody asks it any more.",
    good: "no longer",
  },
  {
    name: "an archaic word",
    pattern: String.raw`\bmend(?:s|ed|ing)?\b`,
    bad: "a restart mends nothing",
    good: "fix, repair",
  },
  {
    name: "an archaic word",
    pattern: String.raw`\bfor ever\b`,
    bad: "waits for ever",
    good: "forever, without a limit",
  },
  {
    name: "an archaic word",
    pattern: String.raw`\bbeside\b`,
    bad: "the limits beside it",
    good: "next to, together with",
  },
  {
    name: "an archaic word",
    pattern: String.raw`\bcircles? (?:is|are|of|that)\b`,
    bad: "circles are refused",
    good: "cycle",
  },
  {
    name: "an archaic word",
    pattern: String.raw`[,;] else (?:the|it|they|this|a|an|\d)\b`,
    bad: "has no control characters, else the answer is 400",
    good: "otherwise",
  },
  {
    name: "an archaic phrase",
    pattern: String.raw`\bof (?:its|their|your|our|his) own\b`,
    bad: "a thread of its own",
    good: "its own …, a separate …",
  },
  {
    name: "an archaic phrase",
    pattern: String.raw`\b[Aa] part of\b`,
    bad: "a part of the probes say 503",
    good: "part of, some of",
  },
  {
    name: "an archaic phrase",
    pattern: String.raw`\bbelongs? into\b`,
    bad: "the body belongs into the query",
    good: "must be",
  },
  {
    name: "an archaic phrase",
    pattern: String.raw`\bdisturbs? (?:nobody|nothing)\b|\bkeeps? no process\b`,
    bad: "One that throws disturbs nobody.",
    good: "does not affect the others, does not keep the process alive",
  },
  {
    name: "a loose pronoun",
    pattern: String.raw`\b[Tt]hose (?:that|who|which|whom)\b`,
    bad: "for those who say so in Accept",
    good: "repeat the noun",
  },
  {
    name: "a loose pronoun",
    pattern: String.raw`\b[Nn](?:othing|one) of it\b`,
    bad: "Nothing of it keeps the process alive.",
    good: "repeat the noun",
  },
  {
    name: "a passive obligation",
    pattern: String.raw`\b(?:is|are) to be\b`,
    bad: "it is to be called before the server listens",
    good: "the imperative, or must",
  },
  {
    name: "asking a handler",
    pattern: String.raw`\b[Aa]sk(?:s|ed|ing)? (?:the |a |each |all |its |your |their |every |some |them )?handlers?\b`,
    bad: "it asks the handlers",
    good: "run, call",
  },
  {
    name: "asking a handler",
    pattern: String.raw`\bhandlers? (?:is|are|was|were|that is|that are) (?:not )?asked\b`,
    bad: "the handler is asked again",
    good: "the registry calls the handler again",
  },
  {
    name: "British spelling",
    pattern: String.raw`\b(?:[Ll]icence|[Bb]ehaviours?|[Cc]olours?|[Hh]onours?|[Nn]eighbours?|[Ff]avour\w*|[Gg]rey|[Cc]atalogues?|[Cc]entre|[Ll]abelled|[Cc]ancelled|[Jj]udgement|[Ww]hilst|[Tt]owards)\b`,
    bad: "the behaviour does not change",
    good: "American spelling",
  },
  {
    name: "British spelling",
    pattern: String.raw`\b\w+(?:alis|normalis|organis|recognis|utilis|serialis|initialis|summaris|minimis|maximis|optimis)(?:e|es|ed|ing|ation)\b|\b(?:normalis|organis|recognis|utilis|serialis|initialis|summaris|minimis|maximis|optimis)(?:e|es|ed|ing|ation)\b`,
    bad: "the steps normalise a status",
    good: "American spelling",
  },
  {
    name: "a spelling of its time",
    pattern: String.raw`\b[Tt]ime-outs?\b`,
    bad: "a time-out of 5 s",
    good: "timeout",
  },
];
