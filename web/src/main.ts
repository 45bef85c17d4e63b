import { mount } from 'svelte';
import './tokens.css';
import App from './App.svelte';
import { contacts } from './features/crisis_contacts/contacts.svelte';
import { prefs } from './shared/prefs.svelte';
import { router } from './shared/router.svelte';
import { app } from './shared/session.svelte';
import { keepShell } from './shared/shell';

prefs.start();
router.start();
const target = document.getElementById('app');
if (target) mount(App, { target });
void app.start();
void contacts.start();
// When the screens are there: the files of the shell are the same ones.
addEventListener('load', () => void keepShell());
