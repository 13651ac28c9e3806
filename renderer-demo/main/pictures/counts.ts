/** What the gallery counts for its panel. */

export class Counts {
  made = 0;
  cached = 0;
  failed = 0;
  cancelled = 0;
}
