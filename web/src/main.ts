import { mount } from 'svelte';
import './tokens.css';
import App from './App.svelte';
import { contacts } from './features/crisis_contacts/contacts.svelte';
import { prefs } from './shared/prefs.svelte';
import { router } from './shared/router.svelte';
import { app } from './shared/session.svelte';

prefs.start();
router.start();
const target = document.getElementById('app');
if (target) mount(App, { target });
void app.start();
void contacts.start();
