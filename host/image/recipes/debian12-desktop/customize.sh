#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs inside the new root file system, after the packages, the overlay and the files of the recipe are there.
# CARAWAY_NAME, CARAWAY_ACCOUNT, CARAWAY_FULL_NAME and CARAWAY_PASSWORD come from the recipe.
set -eu

useradd --create-home --shell /bin/bash --comment "$CARAWAY_FULL_NAME" --groups audio,video,plugdev "$CARAWAY_ACCOUNT"
printf '%s:%s\n' "$CARAWAY_ACCOUNT" "$CARAWAY_PASSWORD" | chpasswd
passwd --lock root >/dev/null

printf 'LANG=C.UTF-8\n' >/etc/default/locale
printf '[Seat:*]\nautologin-user=%s\n' "$CARAWAY_ACCOUNT" >/etc/lightdm/lightdm.conf.d/60-account.conf
ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
# Empty means: made anew at the first boot, so that no two desktops share one.
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id /etc/ssh/ssh_host_*

systemctl enable --quiet systemd-networkd.service systemd-resolved.service
# Nothing of this serves a desktop that is thrown away after use; each costs seconds without KVM.
systemctl mask --quiet apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
  e2scrub_reap.service systemd-pstore.service systemd-networkd-wait-online.service getty@tty1.service \
  serial-getty@ttyS0.service man-db.timer systemd-update-utmp-runlevel.service systemd-random-seed.service \
  keyboard-setup.service console-setup.service alsa-restore.service alsa-state.service ldconfig.service \
  systemd-firstboot.service systemd-machine-id-commit.service dev-hugepages.mount sys-kernel-debug.mount \
  sys-kernel-tracing.mount
systemctl disable --quiet udisks2.service || true

gtk-update-icon-cache --quiet --force /usr/share/icons/hicolor || true
fc-cache --system-only
