/** Puts text on the clipboard. Its own interface is missing where the page has no TLS. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.body.appendChild(document.createElement('textarea'));
  field.value = text;
  field.className = 'vh';
  field.select();
  document.execCommand('copy');
  field.remove();
}
