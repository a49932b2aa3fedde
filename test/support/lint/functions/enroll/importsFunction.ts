import { unenroll } from "../unenroll/unenroll.ts";

export const other = unenroll;
