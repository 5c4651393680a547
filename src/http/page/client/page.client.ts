import { setServerTime, updateAges } from "./ages.ts";
import { startAnchors } from "./anchor.ts";
import { startAxes } from "./axes.ts";
import { startChecking } from "./check.ts";
import { startControl } from "./control.ts";
import { startCopying } from "./copy.ts";
import { startFilter } from "./filter.ts";
import { startLive } from "./live.ts";
import { startLocalTimes } from "./local-times.ts";
import { startSorting } from "./order.ts";
import { startSlider } from "./slider.ts";

// The page is complete as rendered by the server. The script keeps it up to date and adds features that need
// a script.
const { classList, dataset } = document.documentElement;
classList.add("with-script");
setServerTime(Number(dataset["now"]));
updateAges(document);
startFilter();
startAxes();
startCopying();
startChecking();
startControl();
startSorting();
startLocalTimes();
startAnchors();
startSlider();
startLive();
