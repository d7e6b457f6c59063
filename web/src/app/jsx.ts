// What an element in the sources becomes; build.mjs puts it into each of them.

export { Fragment, h } from 'preact';
