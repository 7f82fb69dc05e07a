-- Footrule in Neovim 0.7 and later: put this file into ~/.config/nvim/plugin/, and `footrule` into the path.

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  pattern = { "*.pcr", "*.pcr.md" },
  callback = function(event)
    vim.bo[event.buf].filetype = "footrule"
    vim.bo[event.buf].commentstring = "// %s"
    local name = vim.api.nvim_buf_get_name(event.buf)
    local manifest = vim.fs and vim.fs.find("footrule.toml", { upward = true, path = name })[1]
    for _, client in pairs(vim.lsp.get_active_clients()) do
      if client.name == "footrule" then
        return vim.lsp.buf_attach_client(event.buf, client.id)
      end
    end
    local root = manifest and vim.fn.fnamemodify(manifest, ":h") or vim.fn.fnamemodify(name, ":h")
    local id = vim.lsp.start_client({
      name = "footrule",
      cmd = { vim.g.footrule_command or "footrule", "lsp" },
      root_dir = root,
      workspace_folders = { { uri = vim.uri_from_fname(root), name = vim.fn.fnamemodify(root, ":t") } },
    })
    if id then
      vim.lsp.buf_attach_client(event.buf, id)
    end
  end,
})
