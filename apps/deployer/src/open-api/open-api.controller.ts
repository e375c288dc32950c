import { Controller, Get, Header } from '@nestjs/common';
import { openApi } from './open-api.js';
import { referencePage } from './reference-page.js';

/** The control API, described by itself. */
@Controller('api')
export class OpenApiController {
  private readonly document = openApi();
  private readonly page = referencePage();

  @Get('openapi.json')
  read(): object {
    return this.document;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  docs(): string {
    return this.page;
  }
}
