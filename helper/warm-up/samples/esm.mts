/** Imported once in each template, so that its children find the loader of ES modules warm. */
export default 1;
