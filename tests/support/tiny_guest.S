# SPDX-License-Identifier: Apache-2.0
# A guest of one boot sector: shows what is typed, and paints the screen green at Ctrl+Alt+T.
.code16
.globl _start
_start:
  xorw %ax, %ax
  movw %ax, %ds
  movw $0x13, %ax          # 320 × 200, 256 colours
  int $0x10
  movw $banner, %si
next:
  lodsb
  testb %al, %al
  jz keys
  call show
  jmp next
keys:
  xorb %ah, %ah            # wait for a key: al character, ah scan code
  int $0x16
  cmpb $0x14, %ah          # T
  jne plain
  testb %al, %al           # with Ctrl+Alt it has no character
  jz paint
plain:
  testb %al, %al
  jz keys
  call show
  cmpb $13, %al
  jne keys
  movb $10, %al
  call show
  jmp keys
paint:
  movw $0xa000, %ax
  movw %ax, %es
  xorw %di, %di
  movw $64000, %cx
  movb $2, %al
  rep stosb
  jmp keys
show:
  movb $0x0e, %ah
  movw $0x000f, %bx        # white
  int $0x10
  ret
banner:
  .asciz "Caraway test guest\r\n"
  .org 510
  .word 0xaa55
