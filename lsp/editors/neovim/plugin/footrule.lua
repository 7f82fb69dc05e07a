-- Footrule in Neovim 0.7 and later. `vim.g.footrule_command` names another server than the `footrule` in the path.

local group = vim.api.nvim_create_augroup("footrule", {})

-- Fences of literate files are coloured where the Markdown of Neovim has no tree-sitter.
local fenced = vim.g.markdown_fenced_languages or {}
table.insert(fenced, "pcr=footrule")
vim.g.markdown_fenced_languages = fenced

-- With the parser in the runtime path (`parser/footrule.so`) tree-sitter colours instead of the syntax file.
local has_parser = #vim.api.nvim_get_runtime_file("parser/footrule.so", false) > 0
if has_parser and vim.treesitter.language and vim.treesitter.language.register then
  vim.treesitter.language.register("footrule", "pcr")
end

local function root_of(path)
  local folder = vim.fn.fnamemodify(path, ":p:h")
  local manifest = vim.fn.findfile("footrule.toml", vim.fn.escape(folder, " ,;") .. ";")
  return manifest ~= "" and vim.fn.fnamemodify(manifest, ":p:h") or folder
end

-- One server for everything that is open: it finds the package of a file by itself.
local function start(buffer)
  local root = root_of(vim.api.nvim_buf_get_name(buffer))
  local clients = vim.lsp.get_clients or vim.lsp.get_active_clients
  for _, client in pairs(clients()) do
    if client.name == "footrule" then
      vim.lsp.buf_attach_client(buffer, client.id)
      return
    end
  end
  local id = vim.lsp.start_client({
    name = "footrule",
    cmd = { vim.g.footrule_command or "footrule", "lsp" },
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = vim.fn.fnamemodify(root, ":t") } },
  })
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  group = group,
  pattern = { "*.pcr", "*.pcr.md" },
  callback = function(event)
    local literate = event.file:match("%.md$") ~= nil
    vim.bo[event.buf].filetype = literate and "markdown" or "footrule"
    vim.bo[event.buf].omnifunc = "v:lua.vim.lsp.omnifunc"
    if not literate then
      vim.bo[event.buf].commentstring = "// %s"
      vim.bo[event.buf].comments = ":///,://!,://"
      vim.bo[event.buf].shiftwidth = 4
      vim.bo[event.buf].expandtab = true
      if has_parser and vim.treesitter.start then
        vim.treesitter.start(event.buf, "footrule")
      end
    end
    start(event.buf)
  end,
})
