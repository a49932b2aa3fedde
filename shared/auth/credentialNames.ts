/** Neither pattern allows `#` or `:`. So no key can be forged with them, and a Basic pair splits in one way only. */
export const orgPattern = /^[A-Za-z0-9_-]{1,64}$/;
export const usernamePattern = /^[A-Za-z0-9._-]{1,64}$/;
