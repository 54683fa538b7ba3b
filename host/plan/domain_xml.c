/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/domain_xml.h"

#include "host/plan/domain_owner.h"

#include <libxml/tree.h>

#define MAX_NAME_PART 40
/* One 2560x1600 head at 32 bits is 16 MiB; QXL keeps off-screen surfaces and several heads beside it. */
#define QXL_VRAM_KIB   65536
#define QXL_VGAMEM_KIB 65536
#define QXL_RAM_KIB    131072

static xmlNode *
element(xmlNode *parent, const char *name)
{
  return xmlNewChild(parent, NULL, BAD_CAST name, NULL);
}

static void
attribute(xmlNode *node, const char *name, const char *value)
{
  xmlNewProp(node, BAD_CAST name, BAD_CAST value);
}

static void
number_attribute(xmlNode *node, const char *name, gint64 value)
{
  char text[24];
  g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
  attribute(node, name, text);
}

static xmlNode *
text_element(xmlNode *parent, const char *name, const char *text)
{
  return xmlNewTextChild(parent, NULL, BAD_CAST name, BAD_CAST text);
}

static xmlNode *
number_element(xmlNode *parent, const char *name, gint64 value)
{
  char text[24];
  g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
  return text_element(parent, name, text);
}

/* An element with one attribute, the commonest shape in this format. */
static xmlNode *
element_with(xmlNode *parent, const char *name, const char *key, const char *value)
{
  xmlNode *node = element(parent, name);
  attribute(node, key, value);
  return node;
}

char *
domain_xml_name(const DesktopRecord *record)
{
  /* libvirt puts this name into paths: plain characters only. The true name is in the metadata. */
  g_autofree char *plain = g_strndup(record->name, MAX_NAME_PART);
  for (char *c = plain; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && *c != '-' && *c != '_' && *c != '.')
      *c = '_';
  return g_strdup_printf("caraway-%s-%.8s", plain, record->id);
}

static void
add_identity(xmlNode *domain, const DesktopRecord *record)
{
  g_autofree char *name = domain_xml_name(record);
  text_element(domain, "name", name);
  text_element(domain, "uuid", record->id);
  /* A fresh value at each start: the guest's kernel reseeds its random pool (FACTS: vmgenid). */
  element(domain, "genid");
  text_element(domain, "title", record->name);
  domain_owner_add(element(domain, "metadata"), record);
}

/* Without an HPET: after a reset QEMU's left a guest's kernel without its first timer, and it hung. The
 * others catch up, so that a busy host does not make a guest's clock late. */
static void
add_clock(xmlNode *domain)
{
  xmlNode *clock = element_with(domain, "clock", "offset", "utc");
  attribute(element_with(clock, "timer", "name", "rtc"), "tickpolicy", "catchup");
  attribute(element_with(clock, "timer", "name", "pit"), "tickpolicy", "delay");
  attribute(element_with(clock, "timer", "name", "hpet"), "present", "no");
}

static void
add_machine(xmlNode *domain, const DesktopRecord *record, const DomainShape *shape)
{
  attribute(number_element(domain, "memory", record->memory_mib), "unit", "MiB");
  number_element(domain, "vcpu", record->vcpus);
  xmlNode *os = element(domain, "os");
  attribute(text_element(os, "type", "hvm"), "arch", "x86_64");
  attribute(os->children, "machine", "q35");
  element_with(os, "boot", "dev", "hd");
  /* SeaBIOS writes to the serial port too, so that the boot log starts with the firmware. */
  element_with(os, "bios", "useserial", "yes");
  xmlNode *features = element(domain, "features");
  element(features, "acpi");
  element(features, "apic");
  if (shape->accelerator == HOST_ACCELERATOR_KVM)
    element_with(domain, "cpu", "mode", "host-passthrough");
  add_clock(domain);
  text_element(domain, "on_poweroff", "destroy");
  text_element(domain, "on_reboot", "restart");
  text_element(domain, "on_crash", "destroy");
}

static xmlNode *
add_qcow2(xmlNode *devices, const DesktopRecord *record, const char *path)
{
  xmlNode *disk = element_with(devices, "disk", "type", "file");
  attribute(disk, "device", "disk");
  xmlNode *driver = element_with(disk, "driver", "name", "qemu");
  attribute(driver, "type", "qcow2");
  /* The disk of a floating desktop never outlives the host's power: flushing it buys nothing. What is kept
   * must be on the disk when the guest was told so. */
  attribute(driver, "cache", desktop_record_is_kept(record) ? "writeback" : "unsafe");
  attribute(driver, "discard", "unmap");
  element_with(disk, "source", "file", path);
  return disk;
}

static void
add_disk(xmlNode *devices, const DesktopRecord *record, const DomainShape *shape)
{
  xmlNode *disk = add_qcow2(devices, record, shape->overlay_path);
  /* The format of the backing file is stated, never probed: a guest could write another header into a raw
   * one. */
  xmlNode *backing = element_with(disk, "backingStore", "type", "file");
  element_with(backing, "format", "type", "qcow2");
  element_with(backing, "source", "file", shape->backing_path);
  element(backing, "backingStore");
  attribute(element_with(disk, "target", "dev", "vda"), "bus", "virtio");
}

/* The guest finds them as /dev/disk/by-id/virtio-data-1 and so on. */
static void
add_data_disks(xmlNode *devices, const DesktopRecord *record, const DomainShape *shape)
{
  for (guint i = 0; i < record->disk_count; i++) {
    xmlNode *disk = add_qcow2(devices, record, shape->disk_paths[i]);
    element(disk, "backingStore");
    char name[16];
    g_snprintf(name, sizeof name, "vd%c", 'b' + (char)i);
    attribute(element_with(disk, "target", "dev", name), "bus", "virtio");
    g_snprintf(name, sizeof name, "data-%u", i + 1);
    text_element(disk, "serial", name);
  }
}

/* Always the same for a desktop, so that it keeps its address and its interface's name, and of no other: 46
 * bits of a hash, locally administered. */
static char *
mac_address(const DesktopRecord *record)
{
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, record->id, -1);
  guint first = ((guint)g_ascii_xdigit_value(hash[0]) << 4 | (guint)g_ascii_xdigit_value(hash[1]));
  return g_strdup_printf("%02x:%.2s:%.2s:%.2s:%.2s:%.2s", (first & 0xfcu) | 2u, hash + 2, hash + 4, hash + 6,
                         hash + 8, hash + 10);
}

static void
add_network(xmlNode *devices, const DesktopRecord *record, const DomainShape *shape)
{
  if (shape->network.kind == DOMAIN_NETWORK_NONE)
    return;
  gboolean is_bridge = shape->network.kind == DOMAIN_NETWORK_BRIDGE;
  xmlNode *interface = element_with(devices, "interface", "type", is_bridge ? "bridge" : "user");
  g_autofree char *mac = mac_address(record);
  element_with(interface, "mac", "address", mac);
  if (is_bridge)
    element_with(interface, "source", "bridge", shape->network.bridge);
  element_with(interface, "model", "type", "virtio");
}

static void
add_display(xmlNode *devices, const DesktopRecord *record)
{
  xmlNode *graphics = element_with(devices, "graphics", "type", "spice");
  /* SPICE listens nowhere; each channel is handed over as a descriptor (virDomainOpenGraphics). */
  element_with(graphics, "listen", "type", "none");
  /* Never GLZ from the start: with it in a session, the relay could not make a picture whole again (FACTS).
   */
  element_with(graphics, "image", "compression", "auto_lz");
  element_with(graphics, "jpeg", "compression", "always");
  element_with(graphics, "streaming", "mode", "filter");
  xmlNode *model = element_with(element(devices, "video"), "model", "type", "qxl");
  number_attribute(model, "heads", record->heads);
  number_attribute(model, "ram", QXL_RAM_KIB);
  number_attribute(model, "vram", QXL_VRAM_KIB);
  number_attribute(model, "vgamem", QXL_VGAMEM_KIB);
}

static void
add_socket_channel(xmlNode *devices, const char *path, const char *port)
{
  xmlNode *channel = element_with(devices, "channel", "type", "unix");
  xmlNode *source = element_with(channel, "source", "mode", "bind");
  attribute(source, "path", path);
  attribute(element_with(channel, "target", "type", "virtio"), "name", port);
}

static void
add_channels(xmlNode *devices, const DomainShape *shape)
{
  xmlNode *vdagent = element_with(devices, "channel", "type", "spicevmc");
  attribute(element_with(vdagent, "target", "type", "virtio"), "name", "com.redhat.spice.0");
  add_socket_channel(devices, shape->agent_socket_path, DOMAIN_AGENT_PORT);
  add_socket_channel(devices, shape->guest_socket_path, DOMAIN_GUEST_PORT);
  xmlNode *serial = element_with(devices, "serial", "type", "file");
  element_with(serial, "source", "path", shape->boot_log_path);
  element_with(serial, "target", "port", "0");
}

static void
add_devices(xmlNode *domain, const DesktopRecord *record, const DomainShape *shape)
{
  xmlNode *devices = element(domain, "devices");
  add_disk(devices, record, shape);
  add_data_disks(devices, record, shape);
  attribute(element_with(devices, "controller", "type", "usb"), "model", "qemu-xhci");
  add_network(devices, record, shape);
  add_channels(devices, shape);
  attribute(element_with(devices, "input", "type", "tablet"), "bus", "usb");
  add_display(devices, record);
  xmlNode *sound = element_with(devices, "sound", "model", "ich9");
  element_with(sound, "codec", "type", "duplex");
  attribute(element_with(devices, "audio", "id", "1"), "type", "spice");
  xmlNode *rng = element_with(devices, "rng", "model", "virtio");
  attribute(text_element(rng, "backend", "/dev/urandom"), "model", "random");
  element_with(devices, "memballoon", "model", "virtio");
}

char *
domain_xml_build(const DesktopRecord *record, const DomainShape *shape)
{
  xmlDoc *document = xmlNewDoc(BAD_CAST "1.0");
  xmlNode *domain = xmlNewNode(NULL, BAD_CAST "domain");
  xmlDocSetRootElement(document, domain);
  attribute(domain, "type", shape->accelerator == HOST_ACCELERATOR_KVM ? "kvm" : "qemu");
  add_identity(domain, record);
  add_machine(domain, record, shape);
  add_devices(domain, record, shape);
  xmlChar *text = NULL;
  int size = 0;
  xmlDocDumpFormatMemoryEnc(document, &text, &size, "UTF-8", 1);
  char *xml = g_strndup((const char *)text, (gsize)size);
  xmlFree(text);
  xmlFreeDoc(document);
  return xml;
}
