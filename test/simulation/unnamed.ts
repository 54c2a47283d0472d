const { defineProperty } = Object;

/**
 * To be imported before anything that runs: tsx has every inner function named anew whenever it is made, which a
 * random run does more often than anything else. Names are for stack traces; a law has its own words.
 */
Object.defineProperty = (target, key, descriptor) =>
  key === 'name' && typeof target === 'function' ? target : defineProperty(target, key, descriptor);
