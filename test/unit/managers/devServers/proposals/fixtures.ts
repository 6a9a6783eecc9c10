/** Files of other tools, as people have them. */

export const packageJson = JSON.stringify({
  name: 'demo',
  scripts: { dev: 'vite', start: 'node .', watch: 'tsc -w', build: 'tsc', test: 'vitest', postinstall: 'rm -rf /' },
});

export const tasksJson = `{
  // Tasks of the project
  "version": "2.0.0",
  "tasks": [
    { "label": "Watch the page", "type": "npm", "script": "watch", "isBackground": true, },
    {
      "label": "server", "type": "process", "command": "node", "isBackground": true, "dependsOn": "build all",
      "args": ["\${workspaceFolder}/server.js", "--inspect"]
    },
    {
      "label": "build all", "type": "shell", "command": "make all", "group": { "kind": "build", "isDefault": true },
      "options": { "cwd": "\${workspaceFolder}/sub", "env": { "MODE": "dev" } }, "problemMatcher": ["$tsc-watch", "$own"]
    },
    { "label": "piped", "type": "shell", "command": "cat a | sort", "group": "build" },
    { "label": "asks", "type": "shell", "command": "echo \${input:name}", "group": "build" },
    { "label": "clean", "type": "shell", "command": "rm -rf dist" },
    { "label": "gulp", "type": "gulp", "command": "default", "isBackground": true }
  ]
}
`;

export const procfile = `# What runs
web: bundle exec rails server -p $PORT
worker: NODE_ENV=development node 'my worker.js'
release: rake db:migrate
css: sass --watch a | tee log
`;

export const compose = `
services:
  web:
    build: .
    ports: ["8080:80", "8443:443"]
    depends_on: [db, cache]
  api:
    image: api
    ports: [{ target: 80, published: "9000" }]
  db:
    image: postgres
    ports: ["127.0.0.1:5432:5432/tcp"]
  cache:
    image: redis
  unknown:
    image: x
    ports: ["\${PORT:-3000}:80", "3001"]
`;
