import { noteServerTime, updateAges } from "./ages.ts";
import { startControl } from "./control.ts";
import { startCopying } from "./copy.ts";
import { startFilter } from "./filter.ts";
import { startLive } from "./live.ts";

// What the server has rendered is complete. The script keeps it up to date, and adds what only a script can do.
const { classList, dataset } = document.documentElement;
classList.add("with-script");
noteServerTime(Number(dataset["now"]));
updateAges(document);
startFilter();
startCopying();
startControl();
startLive();
