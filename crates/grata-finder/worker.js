
// Our half of the worker. It is served with a policy that lets it load and ask for nothing (BYS-12): the
// module, the models and the pictures are handed to it, and places are handed back. Whoever showed their
// face is known here only, until the page ends this worker.
"use strict";
let finder = null;

function compile({ module }) {
  wasm_bindgen.initSync({ module: new Uint8Array(module) });
}

function start({ detect, find, output, score, lead }) {
  finder = new wasm_bindgen.Finder(new Uint8Array(detect), new Uint8Array(find), output, score, lead);
}

const ANSWERS = {
  compile,
  start,
  face: ({ bytes }) => finder.showOwnFace(new Uint8Array(bytes)),
  place: ({ bytes }) => Array.from(finder.placeIn(new Uint8Array(bytes))),
  forget: () => finder.forget(),
};

self.onmessage = ({ data: { number, ask, ...given } }) => {
  try {
    self.postMessage({ number, answer: ANSWERS[ask](given) });
  } catch (error) {
    // A trap leaves the module in no known state: then the page starts another worker.
    self.postMessage({ number, failed: true, isBroken: error instanceof WebAssembly.RuntimeError });
  }
};
