import { m } from '../paraglide/messages.js';

/** Keys on glass make no difference between Enter and Shift+Enter; there the button sends. */
export const touch = matchMedia('(pointer: coarse)').matches;

const mac = /^(Mac|iPhone|iPad)/.test(navigator.platform);

/** Enter that ends the input of a composed character is not meant for us. */
const enter = (event: KeyboardEvent) => event.key === 'Enter' && !event.isComposing;

export const sendsLetter = (event: KeyboardEvent) => enter(event) && (event.ctrlKey || event.metaKey);
export const sendsChat = (event: KeyboardEvent) => (touch ? sendsLetter(event) : enter(event) && !event.shiftKey);

/** Which keys send, for those who have such keys. */
export const letterHint = () => (touch ? '' : mac ? m.send_hint_messages_mac() : m.send_hint_messages());
export const chatHint = () => (touch ? '' : m.send_hint_chat());
