type Schema = Readonly<Record<string, unknown>>;
interface Operation {
  readonly name: string;
  readonly pattern: RegExp;
  readonly responses: Readonly<Record<string, { readonly content?: Schema }>>;
}

/** What any path may answer that the document does not name. */
const NOWHERE = ['400', '401', '403', '404', '405', '413', '415'];

/** Which answers an OpenAPI document allows for a request. */
export class Contract {
  private readonly operations: readonly (Operation & { readonly method: string })[];

  constructor(document: Schema) {
    const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    this.operations = Object.entries(paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { responses }]) => ({
          ...{ method: method.toUpperCase(), name: `${method.toUpperCase()} ${path}`, responses },
          pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
        })),
      )
      .sort((a, b) => Number(a.name.includes('{')) - Number(b.name.includes('{')));
  }

  get names(): readonly string[] {
    return this.operations.map(({ name }) => name);
  }

  /** `GET /v1/customers/{id}`; undefined for a place that is not documented. */
  operation(method: string, path: string): string | undefined {
    return this.find(method, path)?.name;
  }

  /** Statuses that are documented for a place, or may be given anywhere else. */
  statuses(method: string, path: string): readonly string[] {
    return Object.keys(this.find(method, path)?.responses ?? {}).concat(
      this.find(method, path) === undefined ? NOWHERE : [],
    );
  }

  /** Media types that are documented for an answer. */
  types(method: string, path: string, status: number): readonly string[] {
    return Object.keys(this.find(method, path)?.responses[status]?.content ?? { 'application/problem+json': {} });
  }

  private find(method: string, path: string): Operation | undefined {
    const [bare = ''] = path.split('?');
    const meant = method === 'HEAD' ? 'GET' : method;
    return this.operations.find((one) => one.method === meant && one.pattern.test(bare));
  }
}
