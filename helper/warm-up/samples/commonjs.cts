/** Imported once in each template, so that its children find the loader of CommonJS modules warm. */
module.exports = { one: 1 };
