import { wireDecimal } from "../views/wireDecimal.ts";

export const present = wireDecimal;
