export const usage = `devyard: every development environment you run, in one place

Usage:
  devyard status [--json]                       the daemon and what runs
  devyard serve [--listen HOST:PORT] [--token-file FILE]
                                                run the daemon in the foreground
  devyard logs [--lines N]                      the daemon's own log
  devyard stop [--end-running]                  end the daemon; what runs goes on unless told otherwise

  devyard code-server list [--json]
  devyard code-server create NAME [--folder DIR] [--port N] [--start] [--wait] [--json]
  devyard code-server start|restart ID|NAME [--wait] [--json]
  devyard code-server stop ID|NAME [--json]
  devyard code-server rename ID|NAME NEW-NAME [--json]
  devyard code-server open ID|NAME              print an address that works once
  devyard code-server logs ID|NAME [--lines N] [--follow] [--json]
  devyard code-server delete ID|NAME [--keep-workspace] [--erase-workspace] [--json]
  devyard code-server engine [--json]           which code-server is used
  devyard code-server install [--json]          install code-server into the data directory

--wait returns when the code-server answers; with create it only matters together with --start.

Everywhere:
  --data-dir DIR   data directory (else DEVYARD_DATA_DIR, else the platform's place for application data)
  --help, --version

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 not found · 4 not possible now · 5 the daemon does not answer`;
