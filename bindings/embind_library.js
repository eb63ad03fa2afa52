// What the module imports: above all the JavaScript half of embind, in place of the linker's own library.
//
// That library serves every signature that C++ can have: inheritance, smart pointers, overloads, values
// that own memory. objects.cpp registers a few classes whose methods take and return numbers and one
// another, and enumerations; for these the calls that embind's templates make are answered here, in a
// fifth of the code. It is two thirds of what a page would fetch beside the module. The parameters are
// those of <emscripten/bind.h>, the same from Emscripten 3.1.69 to 6.0.
//
// The js build's linker takes from here what it needs, scripts/write-glue.mjs writes the glue of the others from it.
// So everything is an arrow function or a plain value, and all that it uses from outside is Module, wasmExports,
// HEAPU8 and HEAPU32.
//
// `__deps` must be said even where there are none: the linker would take those of the library's own.
addToLibrary({
  _abort_js__deps: [],
  _abort_js: () => {
    throw new Error('Aborted()');
  },
  _emscripten_memcpy_js__deps: [],
  _emscripten_memcpy_js: (to, from, bytes) => HEAPU8.copyWithin(to, from, from + bytes),

  $AsciiToString__deps: [],
  $AsciiToString: (at) => {
    let text = '';
    while (HEAPU8[at]) text += String.fromCharCode(HEAPU8[at++]);
    return text;
  },
  $tableEntry: (index) => wasmExports['__indirect_function_table'].get(index),

  // How a value of a C++ type crosses, by the type's identifier: { from(number), to(value) }.
  $wireTypes: {},

  // Looked up when a method is called first: a class may be registered after the methods that take it.
  $wireType__deps: ['$wireTypes', '$AsciiToString'],
  $wireType: (id) => {
    const type = wireTypes[id];
    if (!type) throw new TypeError('embind_library.js: a signature has a type that is not registered');
    return type;
  },

  // A function over `target(...args)`, whose types are at `types`: the result's, then the arguments'.
  $wireFunction__deps: ['$wireType'],
  $wireFunction: (count, types, target) => {
    let from, to;
    return (...values) => {
      if (!to) {
        to = [];
        for (let i = 0; i < count; i++) to.push(wireType(HEAPU32[(types >>> 2) + i]));
        from = to.shift();
      }
      if (values.length !== to.length) {
        throw new TypeError(`embind_library.js: ${values.length} arguments where ${to.length} are wanted`);
      }
      return from.from(target(...values.map((value, i) => to[i].to(value))));
    };
  },

  _embind_register_void__deps: ['$wireTypes'],
  _embind_register_void: (id) => {
    wireTypes[id] = { from() {} };
  },
  // Unsigned integers only: wasm hands them over as signed ones.
  _embind_register_integer__deps: ['$wireTypes'],
  _embind_register_integer: (id) => {
    wireTypes[id] = { from: (value) => value >>> 0, to: (value) => value };
  },
  _embind_register_float__deps: ['$wireTypes'],
  _embind_register_float: (id) => {
    wireTypes[id] = { from: (value) => value, to: (value) => value };
  },

  _embind_register_enum__deps: ['$wireTypes', '$AsciiToString'],
  _embind_register_enum: (id, name) => {
    wireTypes[id] = Module[AsciiToString(name)] = {};
  },
  _embind_register_enum_value__deps: ['$wireTypes', '$AsciiToString'],
  _embind_register_enum_value: (id, name, value) => {
    wireTypes[id][AsciiToString(name)] = { value };
  },

  // An object is made by a class function and ended by `delete()`. Its class tells whose pointer it holds.
  _embind_register_class__deps: ['$tableEntry', '$wireTypes', '$AsciiToString'],
  _embind_register_class: (
    id, pointerId, constPointerId, _base, _actualSignature, _actual,
    _upSignature, _up, _downSignature, _down, name, _destructorSignature, destructor,
  ) => {
    class Handle {
      constructor(pointer) {
        this.pointer = pointer;
      }
      delete() {
        tableEntry(destructor)(type.to(this));
        this.pointer = 0;
      }
    }
    const type = {
      Handle,
      from: (pointer) => (pointer ? new Handle(pointer) : null),
      to: (handle) => {
        if (handle instanceof Handle && handle.pointer) return handle.pointer;
        throw new TypeError('embind_library.js: no live object of the class that the signature wants');
      },
    };
    wireTypes[id] = wireTypes[pointerId] = wireTypes[constPointerId] = type;
    Module[AsciiToString(name)] = Handle;
  },
  _embind_register_class_function__deps: ['$tableEntry', '$wireTypes', '$wireFunction', '$AsciiToString'],
  _embind_register_class_function: (id, name, count, types, _signature, invoker, method) => {
    const call = wireFunction(count, types, (...args) => tableEntry(invoker)(method, ...args));
    wireTypes[id].Handle.prototype[AsciiToString(name)] = function (...args) {
      return call(this, ...args);
    };
  },
  _embind_register_class_class_function__deps: ['$tableEntry', '$wireTypes', '$wireFunction', '$AsciiToString',
  ],
  _embind_register_class_class_function: (id, name, count, types, _signature, invoker, method) => {
    wireTypes[id].Handle[AsciiToString(name)] = wireFunction(count, types, (...args) =>
      tableEntry(invoker)(method, ...args),
    );
  },
});
