/** A devbox.yaml that uses every key. */
export const sample = `# Our team's boxes
extension_groups:
  python:
    name: Python
    description: "All for Python"
    extensions:
      - ms-python.python
      - charliermarsh.ruff@2024.1.0
    user_settings:
      "[python]":
        editor.formatOnSave: true
      python.envFile: null
  own:
    extensions: [ours.tools, /opt/own.vsix]
server:
  default_port: 9000
  code_server_port_range:
    start: 9010
    end: 9050
ui:
  default_extension_groups:
    - own
  settings:
    auto_refresh_interval: 2000
    show_advanced_options: true
    enable_dark_mode: false
  workspace:
    default_type: github
    max_upload_size_mb: 12.5
    supported_archive_types: [.zip, .tgz]
packaged_assets:
  tabs:
    - name: Notebooks
      items:
        - name: Starter
          description: |
            A first notebook
          extensions_groups: [python]
          thumbnail_url: https://example.com/a.png
          github_url: https://github.com/example/starter
          icon_links:
            - lucide_icon: book-open
              url: http://example.com/docs
        - name: Bare
    - name: More
`;
