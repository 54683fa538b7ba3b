/* SPDX-License-Identifier: Apache-2.0 */
/* Golden files: set CARAWAY_UPDATE_GOLDEN to write them anew, and read the difference. */
#include "host/plan/domain_owner.h"
#include "host/plan/domain_xml.h"
#include "tests/support/hostile_texts.h"

#include <libxml/parser.h>
#include <string.h>

#define INSTALLATION "11111111-2222-4333-8444-555555555555"

static const HostCommand plain_command = {.desktop = "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10",
                                          .epoch = {1, 7},
                                          .name = "office-0001",
                                          .pool = "office",
                                          .image = "debian12-desktop",
                                          .vcpus = 2,
                                          .memory_mib = 1024,
                                          .heads = 1,
                                          .account = "user"};

static const DomainShape plain_shape = {.accelerator = HOST_ACCELERATOR_TCG,
                                        .overlay_path = "/state/overlays/d.qcow2",
                                        .backing_path = "/images/debian12-desktop.qcow2",
                                        .boot_log_path = "/state/logs/d.log",
                                        .guest_socket_path = "/state/s/d.g",
                                        .agent_socket_path = "/state/s/d.a",
                                        .network = {DOMAIN_NETWORK_USER, NULL}};

static void
assert_golden(const HostCommand *command, const DomainShape *shape, const char *name)
{
  g_autoptr(DesktopRecord) record = desktop_record_new(INSTALLATION, command);
  g_autofree char *xml = domain_xml_build(record, shape);
  g_autofree char *path = g_build_filename(TEST_SOURCE_DIR, "golden", name, NULL);
  if (g_getenv("CARAWAY_UPDATE_GOLDEN") != NULL)
    g_assert_true(g_file_set_contents(path, xml, -1, NULL));
  g_autofree char *golden = NULL;
  g_assert_true(g_file_get_contents(path, &golden, NULL, NULL));
  g_assert_cmpstr(xml, ==, golden);
}

static void
test_emulated(void)
{
  assert_golden(&plain_command, &plain_shape, "emulated.xml");
}

static void
test_kvm_on_a_bridge(void)
{
  DomainShape shape = plain_shape;
  shape.accelerator = HOST_ACCELERATOR_KVM;
  shape.network = (DomainNetwork){DOMAIN_NETWORK_BRIDGE, "br0"};
  HostCommand command = plain_command;
  command.heads = 2;
  assert_golden(&command, &shape, "kvm-bridge.xml");
}

/* What is kept is flushed, and its extra disks come in the order of the pool. */
static void
test_dedicated_with_disks(void)
{
  static const char *const disk_paths[] = {"/state/kept/d-1.qcow2", "/state/kept/d-2.qcow2"};
  HostDisk disks[] = {{1024}, {20480}};
  DomainShape shape = plain_shape;
  shape.overlay_path = "/state/kept/d.qcow2";
  shape.backing_path = "/state/kept/base-ab.qcow2";
  shape.disk_paths = disk_paths;
  HostCommand command = plain_command;
  command.desktop_kind = HOST_KIND_DEDICATED;
  command.disks = disks;
  command.disk_count = 2;
  assert_golden(&command, &shape, "dedicated.xml");
}

static void
test_hostile_names(void)
{
  HostCommand command = plain_command;
  command.name = "'\"><&]]><!--";
  command.pool = "</metadata><devices/>";
  DomainShape shape = plain_shape;
  shape.network.kind = DOMAIN_NETWORK_NONE;
  shape.overlay_path = "/sta'te/\"<o>&.qcow2";
  assert_golden(&command, &shape, "hostile-names.xml");
}

static char *
text_of(xmlNode *parent, const char *name)
{
  for (xmlNode *node = parent->children; node != NULL; node = node->next)
    if (strcmp((const char *)node->name, name) == 0) {
      xmlChar *content = xmlNodeGetContent(node);
      char *copy = g_strdup((const char *)content);
      xmlFree(content);
      return copy;
    }
  return NULL;
}

/* What is written is what an XML reader reads. */
static void
test_hostile_names_round_trip(void)
{
  HostCommand command = plain_command;
  command.name = "'\"><&]]><!--";
  g_autoptr(DesktopRecord) record = desktop_record_new(INSTALLATION, &command);
  g_autofree char *xml = domain_xml_build(record, &plain_shape);
  xmlDoc *document = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, 0);
  g_assert_nonnull(document);
  g_autofree char *title = text_of(xmlDocGetRootElement(document), "title");
  g_assert_cmpstr(title, ==, command.name);
  xmlFreeDoc(document);
}

static char *
attribute_of(xmlNode *node, const char *name)
{
  xmlChar *value = xmlGetProp(node, BAD_CAST name);
  char *copy = g_strdup((const char *)value);
  xmlFree(value);
  return copy;
}

/* The names, shapes and order of the elements below @node, without their texts. */
static void
add_shape(GString *shape, const xmlNode *node)
{
  for (; node != NULL; node = node->next) {
    if (node->type == XML_TEXT_NODE)
      continue;
    g_string_append_printf(shape, "%d %s(", node->type, (const char *)node->name);
    for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
      g_string_append_printf(shape, "%s ", (const char *)attribute->name);
    add_shape(shape, node->children);
    g_string_append_c(shape, ')');
  }
}

static char *
assert_texts(const HostCommand *command)
{
  g_autoptr(DesktopRecord) record = desktop_record_new(INSTALLATION, command);
  g_autofree char *xml = domain_xml_build(record, &plain_shape);
  xmlDoc *document = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);
  g_assert_nonnull(document);
  xmlNode *root = xmlDocGetRootElement(document), *metadata = root->children;
  while (strcmp((const char *)metadata->name, "metadata") != 0)
    metadata = metadata->next;
  xmlNode *owner = xmlFirstElementChild(metadata);
  g_autofree char *title = text_of(root, "title"), *name = attribute_of(owner, "name");
  g_autofree char *pool = attribute_of(owner, "pool"), *image = attribute_of(owner, "image");
  g_assert_cmpstr(title, ==, command->name);
  g_assert_cmpstr(name, ==, command->name);
  g_assert_cmpstr(pool, ==, command->pool);
  g_assert_cmpstr(image, ==, command->image);
  g_autoptr(GString) shape = g_string_new(NULL);
  add_shape(shape, root);
  xmlFreeDoc(document);
  return g_strdup(shape->str);
}

/* Every text that the host link lets through (test_host_message) comes back from an XML reader as it was, and
 * adds no element and no attribute. */
static void
test_hostile_texts_round_trip(void)
{
  g_autoptr(GPtrArray) texts = hostile_texts(TEST_SOURCE_DIR, HOSTILE_PLAIN);
  g_autofree char *expected = assert_texts(&plain_command);
  for (guint i = 0; i < texts->len; i++) {
    HostCommand command = plain_command;
    command.name = texts->pdata[i];
    command.pool = texts->pdata[(i + 1) % texts->len];
    command.image = texts->pdata[(i + 2) % texts->len];
    g_autofree char *shape = assert_texts(&command);
    g_assert_cmpstr(shape, ==, expected);
    g_autoptr(DesktopRecord) record = desktop_record_new(INSTALLATION, &command);
    g_autofree char *domain = domain_xml_name(record);
    g_assert_true(g_regex_match_simple("^caraway-[A-Za-z0-9._-]*-4f1c9a52$", domain, 0, 0));
  }
}

static void
test_domain_name_is_plain(void)
{
  HostCommand command = plain_command;
  command.name = "../a b\xc3\xa4/this-name-is-far-too-long-for-a-path-of-libvirt-and-is-cut";
  g_autoptr(DesktopRecord) record = desktop_record_new(INSTALLATION, &command);
  g_autofree char *name = domain_xml_name(record);
  g_assert_cmpstr(name, ==, "caraway-.._a_b___this-name-is-far-too-long-for-a-4f1c9a52");
}

static void
test_owner_is_read_back(void)
{
  g_autoptr(DesktopRecord) record = desktop_record_new(INSTALLATION, &plain_command);
  g_autofree char *xml = domain_xml_build(record, &plain_shape);
  g_autofree char *installation = domain_owner_installation(xml);
  g_assert_cmpstr(installation, ==, INSTALLATION);
}

static void
test_owner_of_others_is_none(void)
{
  static const char *const others[] = {
      "<domain/>",
      "<domain><metadata/></domain>",
      "<domain><metadata><desktop installation='" INSTALLATION "'/></metadata></domain>",
      "<domain><metadata><c:desktop xmlns:c='urn:other' installation='" INSTALLATION
      "'/></metadata></domain>",
      "<domain><desktop xmlns='" DOMAIN_OWNER_NAMESPACE "' installation='" INSTALLATION "'/></domain>",
      "not xml",
      "",
  };
  for (guint i = 0; i < G_N_ELEMENTS(others); i++)
    g_assert_null(domain_owner_installation(others[i]));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/domain-xml/emulated", test_emulated);
  g_test_add_func("/domain-xml/kvm-bridge", test_kvm_on_a_bridge);
  g_test_add_func("/domain-xml/dedicated", test_dedicated_with_disks);
  g_test_add_func("/domain-xml/hostile-names", test_hostile_names);
  g_test_add_func("/domain-xml/hostile-round-trip", test_hostile_names_round_trip);
  g_test_add_func("/domain-xml/hostile-texts", test_hostile_texts_round_trip);
  g_test_add_func("/domain-xml/name", test_domain_name_is_plain);
  g_test_add_func("/domain-owner/ours", test_owner_is_read_back);
  g_test_add_func("/domain-owner/others", test_owner_of_others_is_none);
  return g_test_run();
}
