import { enroll } from "../functions/enroll/enroll.ts";

export const behaviour = enroll;
