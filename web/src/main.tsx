import { render } from 'preact';
import { Console } from './console/console';
import { Page } from './page';
import './style.css';

// A gateway shows the page at console/ and solves no games; turnout explore shows it at the root.
const root = document.getElementById('page')!;
render(/\/console\/[^/]*$/.test(location.pathname) ? <Console /> : <Page />, root);
