const WEB_ADDRESS = /^https?:\/\/[^\s\\/?#@][^\s\\]*$/i;

/**
 * Whether a text is an absolute http or https URL with a host. Browsers read more as one: `https:javascript:x`, or
 * backslashes for slashes, which lead where the text does not say.
 */
export function isWebAddress(text: string): boolean {
  return WEB_ADDRESS.test(text) && URL.canParse(text);
}
