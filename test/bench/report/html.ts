import type { Report } from "./json.js";
export function htmlReport(report: Report): string {
  return JSON.stringify(report);
}
