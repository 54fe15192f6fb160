// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.stage1.Stage1Exception;

/** Error numbers by name, as the seccomp isolators write them ({@code errno(3)}). */
final class ErrnoNames {
  /** Names in the order of their numbers, from 0; "-" where there is none. */
  private static final String NAMES =
      """
      - EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES \
      EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY \
      ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK \
      ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH \
      ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME \
      ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG \
      EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ \
      ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT \
      EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE \
      EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN \
      ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY \
      EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE \
      ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL \
      EHWPOISON\
      """;

  private ErrnoNames() {}

  /** The number of an error. */
  static int number(String name) {
    String wanted = canonical(name);
    int number = 0;
    int from = 0;
    while (from < NAMES.length()) {
      int to = NAMES.indexOf(' ', from);
      int end = to < 0 ? NAMES.length() : to;
      if (end - from == wanted.length() && NAMES.startsWith(wanted, from)) {
        return number;
      }
      number++;
      from = end + 1;
    }
    throw new Stage1Exception("stage1: seccomp isolator: unknown errno \"" + name + "\"");
  }

  private static String canonical(String name) {
    return switch (name) {
      case "EDEADLOCK" -> "EDEADLK";
      case "ENOTSUP" -> "EOPNOTSUPP";
      case "EWOULDBLOCK" -> "EAGAIN";
      default -> name;
    };
  }
}
