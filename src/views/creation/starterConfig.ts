/** A devbox.yaml to begin with: every key that is written holds what holds anyway. */
export const starterConfig = `# What Devyard offers for new code-servers on this computer. Saved changes hold at once.
# A devbox.yaml in a trusted workspace goes before this one while a code-server is created from there.

# Extensions that belong together, with the settings they need. Groups given here replace the built-in ones.
# extension_groups:
#   web:
#     name: Web
#     description: TypeScript, linter and formatter
#     extensions:
#       - dbaeumer.vscode-eslint
#       - esbenp.prettier-vscode
#     user_settings:
#       editor.formatOnSave: true

server:
  # Ports that code-servers are given.
  code_server_port_range:
    start: 8010
    end: 8100

ui:
  # Groups that are chosen when a code-server is created, if there are such groups.
  default_extension_groups: [python, jupyter]
  settings:
    # Whether the creation asks for port, memory limit, arguments and the like.
    show_advanced_options: false
  workspace:
    # Where the files of a new code-server come from if nothing else is chosen.
    default_type: empty

# Templates: prepared repositories, in tabs.
# packaged_assets:
#   tabs:
#     - name: Examples
#       items:
#         - name: Starter
#           description: A repository to begin with
#           extensions_groups: [web]
#           github_url: https://git.example.com/team/starter
#           icon_links:
#             - lucide_icon: github
#               url: https://git.example.com/team/starter
`;
