import { coreDocTypes } from './core.ts'
import { deskDocTypes } from './desk.ts'
import type { DocTypeDefinition } from './doctype-definition.ts'
import { websiteDocTypes } from './website.ts'

/** All DocTypes of the throwaway site. */
export const doctypes: DocTypeDefinition[] = [...coreDocTypes, ...websiteDocTypes, ...deskDocTypes]
