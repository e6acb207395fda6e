// Days and times, as the browser's language writes them.
const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const medium = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const daysAgo = (date) => Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);

export const timeOf = (date) => time.format(date);
/** Without "AM" and "PM", for narrow places. */
export const narrowOf = (date) => time.formatToParts(date).filter(({ type }) => type !== "dayPeriod").map(({ value }) => value).join("").trim();
export const mediumOf = (date) => medium.format(date);
export const fullOf = (date) => full.format(date);
export const dayKey = (date) => midnight(date);

export function dayOf(date) {
  const ago = daysAgo(date);
  if (ago >= 0 && ago <= 1) return capitalized(relative.format(-ago, "day"));
  return date.getFullYear() === new Date().getFullYear() ? day.format(date) : dayOfYear.format(date);
}

/** A time today, a date before. */
export function shortOf(date) {
  return daysAgo(date) === 0 ? time.format(date) : short.format(date);
}

/** Seconds as people say them. */
export function durationOf(seconds) {
  const rounded = Math.max(1, Math.ceil(seconds));
  if (rounded < 90) return `${rounded} s`;
  if (rounded < 5400) return `${Math.ceil(rounded / 60)} min`;
  return rounded < 172_800 ? `${Math.ceil(rounded / 3600)} h` : `${Math.ceil(rounded / 86_400)} days`;
}

const capitalized = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);
