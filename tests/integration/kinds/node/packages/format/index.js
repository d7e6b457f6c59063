'use strict';

const locales = { de: require('./de.locale.json'), en: require('./en.locale.json') };

/** 1234.5 → "1,234.50" in English. */
function format(value, locale = 'en') {
  const { group, decimal } = locales[locale];
  const [whole, part] = value.toFixed(2).split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, group) + decimal + part;
}

module.exports = { format, locales };
