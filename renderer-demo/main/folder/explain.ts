/** What went wrong, in words for people who look at pictures. */
import { ForkError } from "desktop-fork";

const WORDS: Record<string, string> = {
  ENOENT: "It does not exist.",
  ENOTDIR: "It is no folder.",
  EACCES: "You are not allowed to look into it.",
  EPERM: "You are not allowed to look into it.",
  ELOOP: "It is a symbolic link that leads to itself.",
  ENAMETOOLONG: "Its name is too long.",
  EMFILE: "Too many files are open.",
};

export function explain(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : WORDS[code];
  if (words !== undefined) return words;
  if (error instanceof ForkError && error.code === "ERR_FORK_DIED") return "The worker that was at it ended.";
  return error.message;
}
