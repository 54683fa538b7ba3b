/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/domain_display.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

static const char no_display[] =
    "It has no SPICE display; give it one: <graphics type='spice'/> in its libvirt XML.";
static const char not_first[] = "Its SPICE display is not its first; move it before its other displays.";
static const char only_tls[] = "Its SPICE display takes TLS alone, which the relay does for it; set its "
                               "defaultMode to “any” and remove channels with mode “secure”.";

static gboolean
is_element(const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static xmlNode *
find_child(const xmlNode *parent, const char *name)
{
  for (xmlNode *node = parent != NULL ? parent->children : NULL; node != NULL; node = node->next)
    if (is_element(node, name))
      return node;
  return NULL;
}

static gboolean
attribute_is(xmlNode *node, const char *name, const char *wanted)
{
  xmlChar *value = xmlGetNoNsProp(node, BAD_CAST name);
  gboolean is_so = g_strcmp0((const char *)value, wanted) == 0;
  xmlFree(value);
  return is_so;
}

static gboolean
is_only_tls(xmlNode *graphics)
{
  if (attribute_is(graphics, "defaultMode", "secure"))
    return TRUE;
  for (xmlNode *node = graphics->children; node != NULL; node = node->next)
    if (is_element(node, "channel") && attribute_is(node, "mode", "secure"))
      return TRUE;
  return FALSE;
}

static const char *
problem_of(const xmlNode *devices)
{
  guint displays = 0;
  for (xmlNode *node = devices != NULL ? devices->children : NULL; node != NULL; node = node->next) {
    if (!is_element(node, "graphics"))
      continue;
    displays++;
    if (!attribute_is(node, "type", "spice"))
      continue;
    if (displays > 1)
      return not_first;
    return is_only_tls(node) ? only_tls : NULL;
  }
  return no_display;
}

char *
domain_display_problem(const char *xml)
{
  xmlDoc *document = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL,
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  const xmlNode *root = document != NULL ? xmlDocGetRootElement(document) : NULL;
  char *problem = g_strdup(root != NULL ? problem_of(find_child(root, "devices")) : no_display);
  xmlFreeDoc(document);
  return problem;
}
