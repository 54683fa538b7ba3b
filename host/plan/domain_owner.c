/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/domain_owner.h"

#include <libxml/parser.h>
#include <string.h>

void
domain_owner_add(xmlNode *metadata, const DesktopRecord *record)
{
  xmlNode *desktop = xmlNewChild(metadata, NULL, BAD_CAST "desktop", NULL);
  xmlSetNs(desktop, xmlNewNs(desktop, BAD_CAST DOMAIN_OWNER_NAMESPACE, BAD_CAST "caraway"));
  g_autofree char *epoch = epoch_text(record->epoch);
  const struct {
    const char *name, *value;
  } attributes[] = {
      {"installation", record->installation},
      {"name", record->name},
      {"pool", record->pool},
      {"image", record->image},
      {"epoch", epoch},
  };
  for (guint i = 0; i < G_N_ELEMENTS(attributes); i++)
    xmlNewProp(desktop, BAD_CAST attributes[i].name, BAD_CAST attributes[i].value);
}

static xmlNode *
find_child(xmlNode *parent, const char *name, const char *namespace)
{
  for (xmlNode *node = parent->children; node != NULL; node = node->next) {
    const char *found = node->ns != NULL ? (const char *)node->ns->href : NULL;
    if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0 &&
        g_strcmp0(found, namespace) == 0)
      return node;
  }
  return NULL;
}

static char *
installation_of(xmlNode *domain)
{
  xmlNode *metadata = find_child(domain, "metadata", NULL);
  xmlNode *desktop = metadata != NULL ? find_child(metadata, "desktop", DOMAIN_OWNER_NAMESPACE) : NULL;
  xmlChar *value = desktop != NULL ? xmlGetProp(desktop, BAD_CAST "installation") : NULL;
  char *installation = g_strdup((const char *)value);
  xmlFree(value);
  return installation;
}

char *
domain_owner_installation(const char *xml)
{
  xmlDoc *document = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL,
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (document == NULL)
    return NULL;
  xmlNode *root = xmlDocGetRootElement(document);
  char *installation = root != NULL ? installation_of(root) : NULL;
  xmlFreeDoc(document);
  return installation;
}
