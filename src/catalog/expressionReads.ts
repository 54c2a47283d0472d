import type { ASTNode } from '@marcbachmann/cel-js';
import { entryIn } from './model.ts';

/** How deep each root must be read: `steps.prefix.cidr`, never `steps.prefix`. */
const rootDepths = { service: 1, characteristics: 1, observed: 1, steps: 2, reliesOn: 2 } as const;
export type Root = keyof typeof rootDepths;

/** The root and the names below it that a whole read needs; deeper selection is the value's own affair. */
export interface Read {
  readonly root: Root;
  readonly names: readonly string[];
  readonly text: string;
}

export interface ExpressionFault {
  readonly code: string;
  readonly message: string;
}

export interface Reads {
  readonly reads: readonly Read[];
  /** What `has()` asks for, by text. */
  readonly tested: ReadonlySet<string>;
  readonly faults: readonly ExpressionFault[];
}

const functions = new Set(['has', 'size', 'string', 'int', 'double', 'bool', 'dyn']);
const methods = new Set([
  ...['size', 'contains', 'startsWith', 'endsWith', 'indexOf', 'lastIndexOf', 'substring'],
  ...['lowerAscii', 'upperAscii', 'trim', 'split'],
]);
const copying = new Set(['split', 'lowerAscii', 'upperAscii']);
const iterations = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

export function readsOfAst(ast: ASTNode): Reads {
  const walk = new Walk();
  walk.node(ast, []);
  const reads = [...walk.reads.values()].sort((left, right) => (left.text < right.text ? -1 : 1));
  return { reads, tested: walk.tested, faults: walk.faults };
}

/**
 * Allows what is sure to be short and the same everywhere: no regular expressions and no clock, and inside
 * an iteration neither another one nor what makes new large values, since both multiply.
 */
class Walk {
  readonly reads = new Map<string, Read>();
  readonly tested = new Set<string>();
  readonly faults: ExpressionFault[] = [];

  /** `bound` are the variables of the iterations around the node. */
  node(node: ASTNode, bound: readonly string[]): void {
    switch (node.op) {
      case 'value':
        this.#literal(node.args);
        break;
      case 'id':
      case '.':
      case '[]':
        this.#path(node, bound);
        break;
      case 'call':
        this.#call(node.args[0], node.args[1], bound);
        break;
      case 'rcall':
        this.#method(node.args, bound);
        break;
      case 'map':
        for (const [key, value] of node.args) this.#entry(key, value, bound);
        break;
      case '!_':
      case '-_':
        this.node(node.args, bound);
        break;
      case '.?':
      case '[?]':
        this.#fault('notAllowed', 'optional selection is not supported; use has()');
        break;
      default:
        if (node.op === '+') this.#copies('+', bound);
        this.#each(node.args, bound);
    }
  }

  #fault(code: string, message: string): void {
    this.faults.push({ code, message });
  }

  #each(nodes: readonly ASTNode[], bound: readonly string[]): void {
    for (const node of nodes) this.node(node, bound);
  }

  /** Notes the read that a chain of selections amounts to; answers it when the chain ends there. */
  #path(node: ASTNode, bound: readonly string[]): string | undefined {
    const chain = chainOf(node);
    const [root, ...names] = chain.names;
    this.#each(chain.indexes, bound);
    if (chain.base !== undefined) this.node(chain.base, bound);
    if (root === undefined || bound.includes(root)) return undefined;
    const depth = entryIn<number>(rootDepths, root);
    if (depth === undefined) {
      this.#fault('unknownVariable', `${root} is not known here`);
      return undefined;
    }
    if (names.length < depth || names.slice(0, depth).includes(computedName)) {
      this.#fault('wholeRead', `${chain.names.join('.')} is a whole; name the part that is needed`);
      return undefined;
    }
    const text = chain.names.slice(0, depth + 1).join('.');
    this.reads.set(text, { root: root as Root, names: names.slice(0, depth), text });
    return names.length === depth ? text : undefined;
  }

  #call(name: string, args: readonly ASTNode[], bound: readonly string[]): void {
    if (!functions.has(name)) this.#fault('functionNotAllowed', `${name}() is not supported`);
    const [first] = args;
    if (name === 'has' && first !== undefined) {
      const text = this.#path(first, bound);
      if (text !== undefined) this.tested.add(text);
    } else this.#each(args, bound);
  }

  #method([name, receiver, args]: [string, ASTNode, ASTNode[]], bound: readonly string[]): void {
    this.node(receiver, bound);
    if (iterations.has(name)) {
      this.#iteration(name, args, bound);
      return;
    }
    if (!methods.has(name)) this.#fault('functionNotAllowed', `${name}() is not supported`);
    if (copying.has(name)) this.#copies(`${name}()`, bound);
    this.#each(args, bound);
  }

  #copies(what: string, bound: readonly string[]): void {
    if (bound.length > 0) this.#fault('nestedIteration', `${what} may not stand inside an iteration`);
  }

  #iteration(name: string, [variable, ...body]: readonly ASTNode[], bound: readonly string[]): void {
    if (bound.length > 0) this.#fault('nestedIteration', `${name}() may not stand inside an iteration`);
    if (variable?.op !== 'id') {
      this.#fault('notAllowed', `${name}() needs a variable`);
      return;
    }
    if (entryIn<number>(rootDepths, variable.args) !== undefined) {
      this.#fault('shadowedVariable', `${variable.args} already has a meaning`);
    }
    this.#each(body, [...bound, variable.args]);
  }

  #entry(key: ASTNode, value: ASTNode, bound: readonly string[]): void {
    if (key.op !== 'value' || typeof key.args !== 'string' || key.args === '__proto__') {
      this.#fault('keyNotAllowed', 'the keys of a map must be written as texts');
    }
    this.node(value, bound);
  }

  #literal(value: unknown): void {
    if (typeof value === 'object' && value !== null) {
      this.#fault('notAllowed', 'bytes and unsigned literals are not supported');
    }
  }
}

interface Chain {
  readonly names: readonly string[];
  readonly indexes: readonly ASTNode[];
  readonly base?: ASTNode;
}

/** Stands for a name that is only known when evaluated; no declared name looks like it. */
const computedName = '[]';

/** `a.b["c"][i]` as the names a, b, c and the index i; a chain on anything but a variable has a base. */
function chainOf(node: ASTNode): Chain {
  if (node.op === 'id') return { names: [node.args], indexes: [] };
  if (node.op !== '.' && node.op !== '[]') return { names: [], indexes: [], base: node };
  const inner = chainOf(node.args[0]);
  const selected = node.args[1];
  if (typeof selected === 'string') return extended(inner, selected);
  if (selected.op === 'value' && typeof selected.args === 'string') return extended(inner, selected.args);
  return { ...extended(inner, computedName), indexes: [...inner.indexes, selected] };
}

const extended = (chain: Chain, name: string): Chain =>
  chain.names.length === 0 ? chain : { ...chain, names: [...chain.names, name] };
